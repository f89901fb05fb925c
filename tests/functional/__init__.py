"""Journeys of the people who use Jinxi, through the command, the API and the browser."""
