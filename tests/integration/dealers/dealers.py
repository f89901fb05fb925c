"""A dealer's side in a folder, as each run of the command opens it."""

from dataclasses import dataclass, field
from pathlib import Path

from campaigns.times import parse_instant_us
from streams.dealer.feed import Verdict
from streams.dealer.http_feed import HttpFeed
from streams.dealer.pulling import Puller
from streams.dealer.signing import signer_of
from streams.dealer.store import CopyStore
from tests.integration.dealers.reference import AT, Company

NOW_US = parse_instant_us(AT)


@dataclass
class DealerSide:
    """Opens what was opened once again only after `restart`."""

    url: str
    folder: Path
    token_file: Path
    now_us: int = NOW_US
    opened: list[Puller] = field(default_factory=list)

    @property
    def puller(self) -> Puller:
        if not self.opened:
            feed = HttpFeed(self.url, self.token_file)
            store = CopyStore.make(self.folder)
            self.opened.append(Puller(feed, store, signer_of(self.folder), lambda: self.now_us))
        return self.opened[0]

    @property
    def store(self) -> CopyStore:
        return self.puller.store

    @property
    def traffic_bytes(self) -> int:
        feed = self.puller.feed
        assert isinstance(feed, HttpFeed)
        return feed.traffic_bytes

    def pull(self) -> Verdict:
        return self.puller.pull()

    def restart(self) -> None:
        """The next call opens everything anew."""
        self.close()
        self.opened.clear()

    def close(self) -> None:
        for puller in self.opened:
            puller.store.close()
            assert isinstance(puller.feed, HttpFeed)
            puller.feed.close()

    def assert_equal(self, company: Company, dealer: str = "D1") -> None:
        """The rows are those of the company's copy, byte for byte."""
        assert dict(self.store.rows()) == company.copies[dealer].canonical()

    def files(self) -> bytes:
        """Every byte of every file of the folder."""
        return b"".join(file.read_bytes() for file in sorted(self.folder.iterdir()))
