export interface Service {
  readonly port: number;
  readonly pid: number | undefined;
  stop(signal?: NodeJS.Signals): Promise<void>;
}
export const ACCESS: { readonly accessKeyId: string; readonly secretAccessKey: string };
export function programOf(name: string): string | undefined;
export function missingServices(names?: readonly string[]): string[];
export function installServices(): string[];
export function startBucket(options: {
  readonly folder: string;
  readonly bucket?: string;
  readonly port?: number;
}): Promise<Service & { readonly endpoint: string; readonly bucket: string }>;
export function startRedis(options?: {
  readonly port?: number;
}): Promise<Service & { readonly url: string }>;
