import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, temporaryDirectory } from '../../kit/server.ts'
import { type Peer, startPeer } from '../process.ts'

/** A proxy that keeps its connections to the server, as attackers on shared ones like it. */
export type Proxy = { readonly name: string; start(backend: URL): Promise<Peer> }

export const haproxy: Proxy = {
  name: 'HAProxy',
  async start(backend) {
    const port = await freePort()
    const file = join(temporaryDirectory(), 'haproxy.cfg')
    writeFileSync(
      file,
      `defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  default_backend back
backend back
  option forwardfor
  server sluice 127.0.0.1:${backend.port}
`,
    )
    return startPeer('haproxy', ['-db', '-f', file], { port })
  },
}

export const nginx: Proxy = {
  name: 'nginx',
  async start(backend) {
    const port = await freePort()
    const directory = temporaryDirectory()
    const file = join(directory, 'nginx.conf')
    const at = (name: string) => join(directory, name)
    writeFileSync(
      file,
      `daemon off;
pid ${at('pid')};
error_log stderr;
worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${at('body')};
  proxy_temp_path ${at('proxy')};
  fastcgi_temp_path ${at('fastcgi')};
  uwsgi_temp_path ${at('uwsgi')};
  scgi_temp_path ${at('scgi')};
  upstream back { server 127.0.0.1:${backend.port}; keepalive 1; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://back;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Connection '';
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`,
    )
    return startPeer('nginx', ['-p', directory, '-c', file, '-e', at('error.log')], { port })
  },
}
