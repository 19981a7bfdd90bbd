/** The OID of a purpose that may sign claims, and of one that may not. */
export const EMAIL: string;
export const SERVER: string;

export interface TestSigner {
  /** Leaf and authority. */
  readonly certificate: string;
  readonly leaf: string;
  readonly authority: string;
  readonly privateKey: string;
  readonly encryptedKey: string;
}

export function signer(options?: {
  readonly kind?: 'ES256' | 'ES384' | 'ES512' | 'PS256' | 'EdDSA' | 'short' | 'koblitz';
  readonly from?: number;
  readonly to?: number;
  readonly usage?: string;
  readonly ca?: boolean;
  readonly self?: boolean;
}): TestSigner;
