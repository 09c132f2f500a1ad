import { ButtonLink } from "../components/links";
import { Empty } from "../components/states";

export function NotFound() {
  return (
    <main>
      <Empty
        title="There is no such page"
        action={
          <ButtonLink to="/" mt="sm" variant="default">
            To the overview
          </ButtonLink>
        }
      >
        The address may have been mistyped, or the page has gone.
      </Empty>
    </main>
  );
}
