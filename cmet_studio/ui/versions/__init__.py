"""The Versions dialog (``dialog``): earlier states of the project, going back to one or copying."""
