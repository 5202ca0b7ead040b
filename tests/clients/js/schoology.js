// schoology: a step is [method of the client, ...arguments]. Tokens that it gets it keeps for the steps after.
'use strict';

const Client = require('schoology').default;
const { run } = require('./steps.js');

run(
  ({ url, key, secret }) => new Client(key, secret, url, url),
  (client, name, ...rest) => client[name](...rest),
);
