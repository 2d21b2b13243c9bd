"""Pages of an installation at a fixed moment: `python -m tests.project.pages MOMENT`, in JSON.

Never Home: it is ranked by the time and the chance of each request.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys

# Drawn anew for every page.
TOKEN = re.compile(rb'name="(csrfmiddlewaretoken|client_key)" value="[^"]+"|data-attention="[^"]+"')


def main(moment: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kring.project.settings"
    import django
    import time_machine

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from kring.core import nodes
    from kring.members.models import Identity
    from kring.posts.models import Post

    call_command("collectstatic", interactive=False, verbosity=0)
    nodes.start()
    reader = Identity.objects.filter(kind="person", handle__gt="m").order_by("handle")[0]
    post = Post.objects.filter(audience="public", deleted_at=None).order_by("pk")[7]
    told = {}
    with time_machine.travel(float(moment), tick=False):
        client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
        client.post("/demo/sign-in", {"handle": reader.handle})
        author = post.author.handle
        for path in ("/people", f"/posts/{post.pk}", f"/@{author}", "/settings/"):
            answer = client.get(path)
            body = TOKEN.sub(b"", answer.content)
            told[path] = [answer.status_code, len(body), hashlib.sha256(body).hexdigest()]
        picture = re.search(rb'/media/[^" ]+', client.get(f"/@{author}").content)
        if picture:
            answer = client.get(picture[0].decode())
            body = b"".join(answer) if answer.streaming else answer.content
            told["picture"] = [answer.status_code, len(body), hashlib.sha256(body).hexdigest()]
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
