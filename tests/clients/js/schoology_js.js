// schoology.js: a step is [path, method, body, parameters], the path without a slash before it.
'use strict';

const Client = require('schoology.js');
const { run } = require('./steps.js');

function open({ url, key, secret }) {
  const client = new Client(key, secret);
  client.baseURL = `${url}/v1/`;
  return client;
}

run(open, (client, path, method, body, parameters) => client.makeRequest(path, method, body ?? null, parameters ?? {}));
