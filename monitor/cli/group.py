"""`monitor group`: which articles of a file are copies, follow-ups and new stories."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.shared import ConfigOption, JsonOption, print_json, printable, read_articles, settings


def group(
    file: Annotated[Path, typer.Argument(help="Articles, one JSON object a line; - is standard input.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Group articles into stories, in the order of the file, as the daemon would."""
    from monitor.stories.grouping import Grouper, GroupSettings

    chosen = settings(config).stories
    window = timedelta(days=chosen.window_days)
    grouper = Grouper(GroupSettings(window=window, max_members=chosen.max_articles))
    names: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for read in read_articles(file, repeats=True):
        # An id that comes again is a new revision of its article, as when a feed shows an entry again.
        seen[read.key] += 1
        article = replace(read, revision=seen[read.key])
        decision = grouper.decide(article)
        grouper.admit(article, decision)
        name = names[article.id] = article.key.partition("#")[2] or article.key
        if json:
            print_json(
                [
                    {
                        "id": name,
                        "article": article.id,
                        "story": decision.story_id,
                        "relation": decision.relation.value,
                        "of": names.get(decision.of, decision.of),
                        "reason": decision.reason,
                        "score": round(decision.score, 4),
                        "changes": [
                            {"kind": c.kind, "about": c.about, "before": c.before, "after": c.after, "text": c.text}
                            for c in decision.changes
                        ],
                    }
                ]
            )
        else:
            title = printable(article.title or article.text[:80])
            of = f" of {names[decision.of]}" if decision.of in names else ""
            typer.echo(f"{decision.relation.value:<10} {decision.story_id}  {name}{of}  {title}  ({decision.reason})")
            for change in decision.changes:
                typer.echo(f"{'':<10} + {printable(change.text)}")
