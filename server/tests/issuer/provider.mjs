// An OpenID provider: oidc-provider with keys of its own at each start, on the loopback interface.
//
// node provider.mjs PORT NAME: the keys' ids begin with NAME. It prints its URL as one line when it serves. Tokens are
// had with client credentials; the resource `urn:AUDIENCE:ALGORITHM` says for whom and how they are signed.
// `GET /requests` tells how often each path was asked for, `GET /public.pem` the public key for RS256.

import { createPublicKey, generateKeyPair } from 'node:crypto';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

import Provider from 'oidc-provider';

const [port, name] = process.argv.slice(2);
const SCOPE = 'tenant:basic-credentials:read tenant:x509-credentials:read';

async function key(algorithm, type, options) {
  const { privateKey } = await promisify(generateKeyPair)(type, options);
  return { ...privateKey.export({ format: 'jwk' }), kid: `${name}-${algorithm}`, alg: algorithm, use: 'sig' };
}

const jwks = {
  keys: [
    await key('RS256', 'rsa', { modulusLength: 2048 }),
    await key('ES256', 'ec', { namedCurve: 'P-256' }),
  ],
};

const requests = {};
let handle;
const server = createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/requests') {
    response.end(JSON.stringify(requests));
    return;
  }
  if (path === '/public.pem') {
    response.end(createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' }));
    return;
  }
  requests[path] = (requests[path] ?? 0) + 1;
  handle(request, response);
});

server.listen(Number(port), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    jwks,
    clients: [{
      client_id: 'billing',
      client_secret: 'hunter2',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    }],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_context, resource) {
          const [, audience, algorithm] = resource.split(':');
          return {
            audience,
            scope: SCOPE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 300,
            jwt: { sign: { alg: algorithm } },
          };
        },
      },
    },
  });
  handle = provider.callback();
  console.log(issuer);
});
