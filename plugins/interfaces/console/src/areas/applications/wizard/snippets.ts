/** What a client of OpenID Connect is set up with. */
export type Client = {
  readonly issuer: string
  readonly discovery: string
  readonly clientId: string
  /** Undefined: a public client has none. */
  readonly secret?: string | undefined
  readonly redirectUri: string
  readonly name: string
}
const quoted = (text: string): string => JSON.stringify(text)
const secretOf = ({ secret }: Client): string => secret ?? ''

const flask = (client: Client): string => `# pip install flask authlib requests
import os
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for

app = Flask(__name__)
app.secret_key = os.environ["FLASK_SECRET_KEY"]
oauth = OAuth(app)
oauth.register(
    name="sluice",
    server_metadata_url=${quoted(client.discovery)},
    client_id=${quoted(client.clientId)},
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
)


@app.get("/")
def home():
    user = session.get("user")
    return f"Hello, {user['email']}" if user else redirect("/login")


@app.get("/login")
def login():
    return oauth.sluice.authorize_redirect(${quoted(client.redirectUri)})


@app.get(${quoted(pathOf(client.redirectUri))})
def callback():
    session["user"] = oauth.sluice.authorize_access_token()["userinfo"]
    return redirect("/")
`

const generic = (client: Client): string =>
  [
    `OIDC_ISSUER=${client.issuer}`,
    `OIDC_DISCOVERY_URL=${client.discovery}`,
    `OIDC_CLIENT_ID=${client.clientId}`,
    ...(client.secret === undefined ? [] : [`OIDC_CLIENT_SECRET=${client.secret}`]),
    `OIDC_REDIRECT_URI=${client.redirectUri}`,
    'OIDC_SCOPES="openid email profile"',
    '',
  ].join('\n')

const apache = (client: Client): string => `# a2enmod auth_openidc
OIDCProviderMetadataURL ${client.discovery}
OIDCClientID ${client.clientId}
OIDCClientSecret ${secretOf(client)}
OIDCRedirectURI ${client.redirectUri}
OIDCCryptoPassphrase "exec:/usr/bin/openssl rand -base64 32"
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim email

<Location />
  AuthType openid-connect
  Require valid-user
</Location>
`

function pathOf(uri: string): string {
  try {
    return new URL(uri).pathname
  } catch {
    return '/callback'
  }
}

/** Ready to paste. What needs a secret is not offered to a client that has none. */
export const snippetsFor = (client: Client): readonly { readonly name: 'flask' | 'generic' | 'apache'; readonly text: string }[] => [
  ...(client.secret === undefined ? [] : [{ name: 'flask' as const, text: flask(client) }]),
  { name: 'generic', text: generic(client) },
  ...(client.secret === undefined ? [] : [{ name: 'apache' as const, text: apache(client) }]),
]
