"""The profile ``opencti``: what OpenCTI would drop becomes something that it takes."""
