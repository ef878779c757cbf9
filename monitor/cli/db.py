"""`monitor db`: the database."""

import typer

from monitor.cli.shared import ConfigOption, settings

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.callback()
def _group() -> None: ...


@app.command()
def upgrade(config: ConfigOption = None) -> None:
    """Bring the database's schema to this version; the daemon also does it at every start."""
    from monitor.store.engine import open_engine
    from monitor.store.engine import upgrade as bring_up

    engine = open_engine(settings(config).database_url)
    try:
        before, after = bring_up(engine)
    finally:
        engine.dispose()
    where = engine.url.render_as_string(hide_password=True)
    came = "already at" if before == after else f"{before or 'empty'} ->"
    typer.echo(f"{where}: {came} revision {after}")
