// What the programs here share. Each reads {url, key, secret, steps: [...]} in JSON from its standard input, lets its client do
// one step after the other, and prints what became of each: {value} or {failed}, the status of a refusal or the text of an error.
'use strict';

const { readFileSync } = require('node:fs');

async function run(open, take) {
  const given = JSON.parse(readFileSync(0, 'utf8'));
  const client = open(given);
  const outcomes = [];
  for (const step of given.steps) {
    try {
      outcomes.push({ value: (await take(client, ...step)) ?? null });
    } catch (error) {
      outcomes.push({ failed: typeof error === 'number' ? error : error.response?.status ?? String(error) });
    }
  }
  process.stdout.write(JSON.stringify(outcomes));
}

module.exports = { run };
