export default function SleighPage(p: { workspace: string }) {
  return <p>{p.workspace}</p>;
}
