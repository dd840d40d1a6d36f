"""Simulated cameras: street views of the one world, served over RTSP."""
