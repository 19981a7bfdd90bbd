/** The services that nodes share, for tests beside their files. */
export { ACCESS, missingServices, startBucket, startRedis } from '../nodes/services.mjs';
