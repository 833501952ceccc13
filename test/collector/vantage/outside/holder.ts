/** Opens the stranger's place, prints it, and waits for the end of its input; then closes it. */
import { createClock } from '../../../../collector/clock.ts';
import { createOutsideDoor } from '../../../../collector/vantage/outside/outside.ts';

const door = createOutsideDoor(createClock());
try {
  console.log(JSON.stringify(await door.open()));
} catch (error) {
  console.log(JSON.stringify({ failed: error instanceof Error ? error.message : String(error) }));
}
process.stdin.on('data', async () => console.log(JSON.stringify(await door.open())));
process.stdin.on('end', async () => {
  await door.stop();
  process.exit(0);
});
