"""The one drift model: how two sets of jobs are compared, and how a difference is put into words."""
