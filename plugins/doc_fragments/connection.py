# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options, documented once for every module."""

from __future__ import annotations


class ModuleDocFragment:
    """Connection options."""

    DOCUMENTATION = r"""
requirements:
  - httpx >= 0.27
  - pydantic >= 2.8
  - tenacity >= 8.3
options:
  vendor:
    description:
      - The PBX that is spoken to.
      - If not given, the environment variable E(VOICEMAIL_VENDOR) is used.
    type: str
    required: true
    choices: [kazoo, portsip, tel4vn, onsip]
  url:
    description:
      - Base address of the API as the vendor writes it, such as V(https://kazoo.example.com:8443/v2),
        V(https://pbx.example.com:8887/api) or V(https://pbx01.example.com/v1).
      - OnSIP has one address for all its customers, which is the default there.
      - If not given, the environment variable E(VOICEMAIL_URL) is used.
    type: str
  token:
    description:
      - An existing token that replaces the login. This is the auth token of KAZOO, the bearer token of PortSIP and TEL4VN, the session id of OnSIP.
      - If it expires during a task and there are credentials as well, the task logs in once.
      - If not given, the environment variable E(VOICEMAIL_TOKEN) is used.
      - The environment variable is ignored if another login is set here.
    type: str
  api_key:
    description:
      - API key of a KAZOO account or of a TEL4VN tenant.
      - If not given, the environment variable E(VOICEMAIL_API_KEY) is used.
      - The environment variable is ignored if another login is set here.
    type: str
  username:
    description:
      - User to log in as.
      - If not given, the environment variable E(VOICEMAIL_USERNAME) is used.
      - The environment variable is ignored if another login is set here.
    type: str
  password:
    description:
      - Password of the user.
      - If not given, the environment variable E(VOICEMAIL_PASSWORD) is used.
      - The environment variable is ignored if another login is set here.
    type: str
  domain:
    description:
      - The realm of the KAZOO account, the SIP domain of the PortSIP tenant, or the domain of the OnSIP organization.
      - If not given, the environment variable E(VOICEMAIL_DOMAIN) is used.
    type: str
  account_id:
    description:
      - The KAZOO account, the OnSIP organization, or the PortSIP tenant that a system administrator switches to.
      - A KAZOO account is given by its id, its realm, or its name. If several accounts have the name, write the names from a higher
        account on, such as V(reseller/customer).
      - The default is the account of the login.
      - If not given, the environment variable E(VOICEMAIL_ACCOUNT_ID) is used.
    type: str
  validate_certs:
    description:
      - Whether to verify the certificate of the server.
      - If not given, the environment variable E(VOICEMAIL_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File or folder with the certificates of the authorities to trust, in PEM.
      - If not given, the environment variable E(VOICEMAIL_CA_PATH) is used.
    type: path
  client_cert:
    description:
      - File with the certificate of this client in PEM. It may contain the key as well.
      - If not given, the environment variable E(VOICEMAIL_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert), in PEM.
      - If not given, the environment variable E(VOICEMAIL_CLIENT_KEY) is used.
    type: path
  proxy:
    description:
      - Address of a proxy. By default, the usual environment variables for proxies are used.
      - If not given, the environment variable E(VOICEMAIL_PROXY) is used.
    type: str
  timeout:
    description:
      - Seconds for one whole request, from connecting to the last byte of the reply.
      - A download may take longer, but must not stall for as long.
      - If not given, the environment variable E(VOICEMAIL_TIMEOUT) is used.
    type: float
    default: 30
  retry_budget:
    description:
      - Seconds that a task may spend on waits for retries and rate limits, and on the
        requests that are repeated. V(0) never waits.
      - A wait of 10 seconds or more is shown when it starts, and a warning shows how long the task waited.
      - If not given, the environment variable E(VOICEMAIL_RETRY_BUDGET) is used.
    type: float
    default: 120
  workers:
    description:
      - Most concurrent requests. The default and the maximum depend on the vendor.
      - If not given, the environment variable E(VOICEMAIL_WORKERS) is used.
    type: int
"""
