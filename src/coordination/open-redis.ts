/**
 * Open Redis: coordination by one Redis or Valkey.
 */
import type { Coordination } from './coordination.ts';
import { RedisAnnouncements } from './redis-announcements.ts';
import { RedisJournal } from './redis-journal.ts';
import { RedisLearned } from './redis-learned.ts';
import { RedisLeases } from './redis-leases.ts';
import { type LinkOptions, openLink } from './redis-link.ts';

/**
 * Opens the connections, which need not stand yet when this resolves.
 *
 * @throws MissingRedisPackages
 */
export async function openRedis(options: LinkOptions): Promise<Coordination> {
  let losses = 0;
  let reached = false;
  let journal: RedisJournal | undefined;
  const link = await openLink({
    ...options,
    changed(available, why) {
      // Who was never there is not lost
      if (!available && reached) {
        losses++;
        journal?.left();
      }
      reached ||= available;
      options.changed?.(available, why);
    },
  });
  journal = new RedisJournal(link);
  return {
    leases: new RedisLeases(link),
    journal,
    announcements: new RedisAnnouncements(link),
    learned: new RedisLearned(link),
    async openJobs(group) {
      const { BullJobQueue } = await import('./bull-job-queue.ts');
      return BullJobQueue.open(link, group);
    },
    get status() {
      const { available, reason } = link;
      return available ? { available, losses } : { available, reason, losses };
    },
    async close() {
      await journal.close();
      link.close();
    },
  };
}
