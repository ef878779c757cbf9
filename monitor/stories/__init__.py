"""Stories: how an article stands to what is already known, decided from its words, numbers, names and times alone."""
