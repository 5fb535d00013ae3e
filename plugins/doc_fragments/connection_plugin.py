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
    - An existing token that replaces the login. This is the auth token of KAZOO, the bearer token of PortSIP and TEL4VN, the session
      id of OnSIP.
    - If it expires during a task and there are credentials as well, the task logs in once.
    - The environment variable is ignored if another login is set here.
    type: str
    env:
    - name: VOICEMAIL_TOKEN
  api_key:
    description:
    - API key of a KAZOO account or of a TEL4VN tenant.
    - The environment variable is ignored if another login is set here.
    type: str
    env:
    - name: VOICEMAIL_API_KEY
  username:
    description:
    - User to log in as.
    - The environment variable is ignored if another login is set here.
    type: str
    env:
    - name: VOICEMAIL_USERNAME
  password:
    description:
    - Password of the user.
    - The environment variable is ignored if another login is set here.
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
    - A KAZOO account is given by its id, its realm, or its name. If several accounts have the name, write the names from a higher account
      on, such as V(reseller/customer).
    - The default is the account of the login.
    type: str
    env:
    - name: VOICEMAIL_ACCOUNT_ID
  validate_certs:
    description:
    - Whether to verify the certificate of the server.
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
    - File with the certificate of this client in PEM. It may contain the key as well.
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
    - Address of a proxy. By default, the usual environment variables for proxies are used.
    type: str
    env:
    - name: VOICEMAIL_PROXY
  timeout:
    description:
    - Seconds for one whole request, from connecting to the last byte of the reply.
    - A download may take longer, but must not stall for as long.
    type: float
    default: 30
    env:
    - name: VOICEMAIL_TIMEOUT
  retry_budget:
    description:
    - Seconds that a task may spend on waits for retries and rate limits, and on the requests that are repeated. V(0) never waits.
    - A wait of 10 seconds or more is shown when it starts, and a warning shows how long the task waited.
    type: float
    default: 120
    env:
    - name: VOICEMAIL_RETRY_BUDGET
  workers:
    description:
    - Most concurrent requests. The default and the maximum depend on the vendor.
    type: int
    env:
    - name: VOICEMAIL_WORKERS
"""
