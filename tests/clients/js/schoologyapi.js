// schoologyapi: a step is [method, path, token, body], or ['format', text]. It knows no other address than the vendor's, so fetch
// is led to the server; the signature stays the one over the vendor's address.
'use strict';

const Client = require('schoologyapi').default;
const { run } = require('./steps.js');

const VENDOR = 'https://api.schoology.com';

function open({ url, key, secret }) {
  const real = globalThis.fetch;
  globalThis.fetch = (address, options) => real(String(address).replace(VENDOR, url), options);
  return new Client(key, secret);
}

function take(client, method, path, token, body) {
  if (method === 'format') return client.format(path);
  return client.request(method, path, token ?? undefined, body ?? undefined);
}

run(open, take);
