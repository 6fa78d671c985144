import type { JSX } from "react";

/** Line drawings on a field of 24 by 24. */
const shapes = {
  layers: "M12 3 3 8l9 5 9-5-9-5Z M3 12.5l9 5 9-5 M3 17l9 5 9-5",
  plug: "M9 3v5 M15 3v5 M6 8h12v4a6 6 0 0 1-12 0V8Z M12 18v3",
  workers:
    "M4 20v-3a3 3 0 0 1 3-3h4a3 3 0 0 1 3 3v3 M9 10.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z M17 14a3 3 0 0 1 3 3v3 M15.5 4.8a3 3 0 0 1 0 5.4",
  server: "M4 5h16v6H4V5Z M4 13h16v6H4v-6Z M8 8h.01 M8 16h.01",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Z M12 2v2 M12 20v2 M4.9 4.9l1.4 1.4 M17.7 17.7l1.4 1.4 M2 12h2 M20 12h2 M4.9 19.1l1.4-1.4 M17.7 6.3l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z M15.5 15.5 21 21",
  trash: "M4 7h16 M9 7V4h6v3 M6 7l1 13h10l1-13 M10 11v5 M14 11v5",
  up: "M12 19V5 M6 11l6-6 6 6",
  down: "M12 5v14 M6 13l6 6 6-6",
  right: "M9 5l7 7-7 7",
  open: "M5 9l7 7 7-7",
  folder: "M3 6h6l2 2h10v11H3V6Z",
  lock: "M6 11h12v9H6v-9Z M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  download: "M12 4v11 M7 10.5l5 5 5-5 M4 20h16",
  copy: "M9 9h11v11H9V9Z M5 15H4V4h11v1",
  leave: "M10 4H5v16h5 M14 8l4 4-4 4 M18 12H9",
  close: "M5 5l14 14 M19 5 5 19",
} as const;

export type IconName = keyof typeof shapes;

/** Decoration only: what it stands for is said in words beside it, or by the label of its button. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="icon"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
