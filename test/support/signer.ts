/** Certificates and keys for tests, of whom nobody knows. */
export { SERVER, signer, type TestSigner } from './certificates.mjs';
