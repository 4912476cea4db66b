"""Where access keys come from: the sources in order, profiles, and how keys are fetched and renewed."""
