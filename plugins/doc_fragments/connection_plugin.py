# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a connection, for plugins. Written by tests/tools/generate_docs.py from those of modules; change those instead."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of a connection, for plugins."""

    DOCUMENTATION = r"""
requirements:
- httpx >= 0.27
- pydantic >= 2.8
- tenacity >= 8.3
options:
  vendor:
    description:
    - The PBX that is spoken to.
    type: str
    required: true
    choices:
    - kazoo
    - portsip
    - tel4vn
    - onsip
    env:
    - name: VOICEMAIL_VENDOR
  url:
    description:
    - Base address of the API as the vendor writes it, such as V(https://kazoo.example.com:8443/v2), V(https://pbx.example.com:8887/api)
      or V(https://pbx01.example.com/v1).
    - OnSIP has one address for all its customers, which is the default there.
    type: str
    env:
    - name: VOICEMAIL_URL
  token:
    description:
    - A ready token, which saves the login. The auth token of KAZOO, the bearer token of PortSIP and TEL4VN, the session id of OnSIP.
    - When it ends in the middle of a task and there are credentials beside it, one new login is made.
    type: str
    env:
    - name: VOICEMAIL_TOKEN
  api_key:
    description:
    - API key of a KAZOO account or of a TEL4VN tenant.
    type: str
    env:
    - name: VOICEMAIL_API_KEY
  username:
    description:
    - User to log in as.
    type: str
    env:
    - name: VOICEMAIL_USERNAME
  password:
    description:
    - Password of the user.
    type: str
    env:
    - name: VOICEMAIL_PASSWORD
  domain:
    description:
    - The realm of the KAZOO account, the SIP domain of the PortSIP tenant, or the domain of the OnSIP organization.
    type: str
    env:
    - name: VOICEMAIL_DOMAIN
  account_id:
    description:
    - The KAZOO account, the OnSIP organization, or the PortSIP tenant that a system administrator switches to.
    - A KAZOO account is given by its id, its realm, or its name. Where several accounts have the name, write the names from a higher
      account on, such as V(reseller/customer).
    - The default is the one that the login belongs to.
    type: str
    env:
    - name: VOICEMAIL_ACCOUNT_ID
  validate_certs:
    description:
    - Whether the certificate of the server must verify.
    type: bool
    default: true
    env:
    - name: VOICEMAIL_VALIDATE_CERTS
  ca_path:
    description:
    - File or folder with the certificates of the authorities to trust, in PEM.
    type: path
    env:
    - name: VOICEMAIL_CA_PATH
  client_cert:
    description:
    - File with the certificate that this client shows, in PEM. It may hold the key as well.
    type: path
    env:
    - name: VOICEMAIL_CLIENT_CERT
  client_key:
    description:
    - File with the key of O(client_cert), in PEM.
    type: path
    env:
    - name: VOICEMAIL_CLIENT_KEY
  proxy:
    description:
    - Address of a proxy. Without it, the usual environment variables of proxies are honoured.
    type: str
    env:
    - name: VOICEMAIL_PROXY
  timeout:
    description:
    - Seconds that one request may take in all, from connecting to the last byte of the reply.
    - A download may take longer, but not without a byte for as long.
    type: float
    default: 30
    env:
    - name: VOICEMAIL_TIMEOUT
  retry_budget:
    description:
    - Seconds that a task may spend waiting for retries and because the vendor refuses more requests for now, and in the requests that
      are repeated. V(0) never waits.
    - A wait of 10 seconds or more is shown when it begins, and a warning tells how long the task waited.
    type: float
    default: 120
    env:
    - name: VOICEMAIL_RETRY_BUDGET
  workers:
    description:
    - Most requests at once. The default depends on the vendor, and so does the most that is used.
    type: int
    env:
    - name: VOICEMAIL_WORKERS
"""
