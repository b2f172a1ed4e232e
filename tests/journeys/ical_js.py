"""Feeds as ical.js reads them, the parser of Thunderbird and Nextcloud, in Chromium."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = (Path(__file__).resolve().parents[1] / "vendor/ical.js").read_text(encoding="utf-8")
READ = """feed => {
  const root = new ICAL.Component(ICAL.parse(feed));
  root.getAllSubcomponents("vtimezone").forEach(zone => ICAL.TimezoneService.register(zone));
  return root.getAllSubcomponents("vevent").map(part => {
    const event = new ICAL.Event(part);
    return {
      uid: event.uid,
      starts: event.startDate.toJSDate().toISOString(),
      ends: event.endDate.toJSDate().toISOString(),
      summary: event.summary,
      location: event.location,
      status: part.getFirstPropertyValue("status"),
    };
  });
}"""


def read(page: Page, feed: bytes) -> list[dict[str, Any]]:
    """The entries of a feed; `page` has to know ical.js."""
    entries: list[dict[str, Any]] = page.evaluate(READ, feed.decode())
    return entries


def occurrence(entry: dict[str, Any]) -> tuple[str, datetime, datetime]:
    """Which entry it is, and when."""
    return entry["uid"], datetime.fromisoformat(entry["starts"]), datetime.fromisoformat(entry["ends"])
