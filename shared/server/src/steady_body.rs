//! The body of a request that must come at a least pace: a client that stops in the middle holds nothing for long.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use http_body::{Frame, SizeHint};
use tokio::sync::Notify;

use crate::connections::Pace;

/// What must come at least for every [`COMING_MAX`] that the depot waits for it.
const BYTES_MIN: usize = 16 * 1024;
const COMING_MAX: Duration = Duration::from_secs(10);

/// What a client is answered whose body comes too slowly.
pub(crate) const TOO_SLOW: &str =
    "The body came too slowly, so nothing was done: send at least 16 KiB within 10 seconds";

/// Watches the body of a request. The notice comes when it comes too slowly; the body waits from then on.
pub(crate) fn watch(request: Request) -> (Request, Arc<Notify>) {
    let too_slow = Arc::new(Notify::new());
    if request.body().is_end_stream() {
        return (request, too_slow);
    }
    let pace = Pace::new(BYTES_MIN, COMING_MAX);
    let noticed = Arc::clone(&too_slow);
    (request.map(|body| Body::new(SteadyBody { body, pace, too_slow })), noticed)
}

struct SteadyBody {
    body: Body,
    pace: Pace,
    too_slow: Arc<Notify>,
}

impl HttpBody for SteadyBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => self.pace.moved(frame.data_ref().map_or(0, Bytes::len)),
            Poll::Ready(Some(Err(_)) | None) => {}
            Poll::Pending if self.pace.poll_overdue(cx).is_ready() => self.too_slow.notify_one(),
            Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use http_body_util::BodyExt as _;
    use tokio::time::{Instant, sleep, timeout};

    use super::*;

    /// A body of pieces of so many bytes with so many milliseconds between two of them.
    fn in_pieces(pieces: usize, bytes: usize, between_ms: u64) -> Request {
        let pieces = stream::unfold(0, move |number| async move {
            if number == pieces {
                return None;
            }
            sleep(Duration::from_millis(between_ms)).await;
            Some((Ok::<_, Infallible>(Bytes::from(vec![0; bytes])), number + 1))
        });
        Request::new(Body::from_stream(pieces))
    }

    #[tokio::test(start_paused = true)]
    async fn body_in_drops_is_noticed_in_time() {
        let (request, too_slow) = watch(in_pieces(1_000, 1, 500));
        let began = Instant::now();
        let reading = tokio::spawn(request.into_body().collect());
        timeout(Duration::from_secs(60), too_slow.notified()).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), COMING_MAX.as_secs());
        reading.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn body_at_the_least_pace_is_read_whole() {
        let (request, too_slow) = watch(in_pieces(200, 1024, 600));
        let whole = request.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(whole.len(), 200 * 1024);
        assert!(timeout(Duration::ZERO, too_slow.notified()).await.is_err());
    }
}
