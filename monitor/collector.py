"""How often the garbage collector looks for cycles."""

import gc

_YOUNG, _MIDDLE, _OLD = 20_000, 20, 50


def settle_collector() -> None:
    """Leave alone what the program consists of, and look at the rest less often.

    Reading a feed makes thousands of objects that live for a moment and are in no cycle. Python's usual pace spends a
    sixth of a poll on looking at them, and, with tens of thousands of articles and states in memory, now and then a
    tenth of a second in which nothing else goes on.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
