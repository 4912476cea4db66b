"""The package's resources, one file for each token; nothing here knows of HTTP or of protobuf."""
