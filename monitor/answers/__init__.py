"""What people answer from Slack: buttons, the slash command, the home tab, and rules drafted there.

Handlers take who asks and give what to show; `desk` brings both to Slack. Nothing is kept in memory between two
presses, so everything works after a restart and on old messages.
"""
