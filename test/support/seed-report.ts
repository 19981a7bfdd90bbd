/** Names the seed of the run when all tests have ended. */
export default function report(): () => void {
  return () => console.log(`fast-check seed: FC_SEED=${process.env.FC_SEED}`);
}
