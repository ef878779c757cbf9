"""Key facts of one article: who did what to whom, who says so, when, where and how many. Pure: text in, nouns out."""
