import type { Link } from '../link/link.ts';
import type { FollowRequest } from './follow-request.ts';

/** Does work that may need one connection after another, and ends all of them when it is done. */
export async function withConnections<R extends FollowRequest, T>(
  request: R,
  work: (request: R) => Promise<T>,
): Promise<T> {
  const links: Link[] = [];
  const connect = async (signal: AbortSignal) => {
    const link = await request.connect(signal);
    links.push(link);
    return link;
  };
  try {
    return await work({ ...request, connect });
  } finally {
    // Saying goodbye must not hide how the work ended.
    await Promise.allSettled(links.map((link) => link.end()));
  }
}
