"""Where access keys come from: the sources in order, profiles, what fetches and renews them."""
