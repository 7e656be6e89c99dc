// Verifies the ceremonies in the file that is named by @simplewebauthn/server, and writes what each proves, or why it
// is refused. The package is looked for in the working directory.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { verifyRegistrationResponse, verifyAuthenticationResponse } = createRequire(`${process.cwd()}/`)(
  '@simplewebauthn/server',
);

const encode = (bytes) => Buffer.from(bytes).toString('base64url');
const decode = (text) => new Uint8Array(Buffer.from(text, 'base64url'));

async function verify({ sent, challenge, origin, site, userVerification, passkey }) {
  const expected = {
    response: JSON.parse(sent),
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: site,
    requireUserVerification: userVerification,
  };
  if (!passkey) {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...expected,
      supportedAlgorithmIDs: [-8, -7, -257],
    });
    if (!verified) throw new Error('not verified');
    const { id, publicKey, counter } = registrationInfo.credential;
    return { id, publicKey: encode(publicKey), counter };
  }
  const credential = { id: passkey.id, publicKey: decode(passkey.publicKey), counter: passkey.counter };
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({ ...expected, credential });
  if (!verified) throw new Error('wrong signature');
  return { counter: authenticationInfo.newCounter, userVerified: authenticationInfo.userVerified };
}

const verdicts = [];
for (const ceremony of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  try {
    verdicts.push({ proof: await verify(ceremony) });
  } catch (fault) {
    verdicts.push({ fault: String(fault) });
  }
}
console.log(JSON.stringify(verdicts));
