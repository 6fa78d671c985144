export default function SleighsPage() {
  return null;
}
