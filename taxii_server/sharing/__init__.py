"""The coalition, its policy, and what a push, a release and a withdrawal do to which log."""
