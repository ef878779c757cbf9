"""The web page: what is going on now, stories, alerts, silences, feeds and rules, for people without a terminal."""
