"""What the tests share: a scripted server, faults as data, answers, and one way to drive clients.

- `server`: a server on raw sockets that plays a script, one step per request.
- `faults`: a server in front of a sandbox that forwards everything except what a table breaks.
- `answers`: bodies as the contract words them.
- `driver`: runs the same test against the sync client and the async one on asyncio and trio.
- `plain`: jobs done the long way with bare httpx, to compare with.

Nothing here sleeps; where something has to last, it lasts until an event.
"""
