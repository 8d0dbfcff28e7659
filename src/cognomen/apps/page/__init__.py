"""The page "See it think": one HTML file with the network, its weights, and a course in what they do."""
