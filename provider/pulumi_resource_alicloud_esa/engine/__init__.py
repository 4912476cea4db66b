"""The border to the engine: its values, its property paths, its log, its traces."""
