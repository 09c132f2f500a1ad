/** Headwater's mark: a spring, and the streams that come from it. */
export function Mark({ size = 32 }: { size?: number }) {
  return <img src={`${import.meta.env.BASE_URL}mark.svg`} width={size} height={size} alt="" />;
}
