// jose: verifies signed events. Reads {keys, issuer, tokens: [...]} and prints of each token {header, claims}, or {failed}, the code
// of the error. `keys` is the address of the public keys.
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRemoteJWKSet, jwtVerify } from 'jose';

globalThis.crypto ??= webcrypto; // Node.js 18, which Debian 12 has, gives it no name
const { keys, issuer, tokens } = JSON.parse(readFileSync(0, 'utf8'));
const known = createRemoteJWKSet(new URL(keys));
const outcomes = [];
for (const token of tokens) {
  try {
    const { protectedHeader, payload } = await jwtVerify(token, known, { issuer, algorithms: ['RS256'] });
    outcomes.push({ header: protectedHeader, claims: payload });
  } catch (error) {
    outcomes.push({ failed: error.code ?? String(error) });
  }
}
process.stdout.write(JSON.stringify(outcomes));
