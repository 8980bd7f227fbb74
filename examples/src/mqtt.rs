//! The least of an MQTT 3.1.1 broker: topics without memory, messages delivered at most once.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use rumqttc::{
    Codec, ConnAck, ConnectReturnCode, Login, Packet, PubAck, Publish, QoS, SubAck, Subscribe,
    SubscribeReasonCode, UnsubAck, matches, valid_filter, valid_topic,
};
use tokio::{
    net::TcpStream,
    sync::broadcast::{self, error::RecvError},
    time::timeout,
};
use tokio_util::codec::Framed;

/// How long a client may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most bytes of a packet.
const PACKET: usize = 64 * 1024;
/// The most filters of a client.
const FILTERS: usize = 100;
/// How many messages a client may lag behind before it misses some.
const BACKLOG: usize = 1024;

/// All that is published. There are no rights here: who is in may publish and read everything.
#[derive(Debug)]
pub struct Topics(broadcast::Sender<Publish>);

impl Default for Topics {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

/// A client's connection.
#[derive(Debug)]
pub struct Connection {
    packets: Framed<TcpStream, Codec>,
    /// After how much silence the client is gone.
    silence: Duration,
    filters: Vec<String>,
}

impl Connection {
    /// Reads a client's first packet, and the username and password in it. It is to be [answered](Self::answer).
    ///
    /// # Errors
    /// When that isn't `CONNECT`, or doesn't come.
    pub async fn accept(stream: TcpStream) -> Result<(Self, Option<Login>)> {
        let mut packets = Framed::new(stream, Codec { max_incoming_size: PACKET, max_outgoing_size: PACKET });
        let first = timeout(PATIENCE, packets.next()).await.context("it says nothing")?;
        let Some(Packet::Connect(connect)) = first.transpose()? else { bail!("it doesn't speak MQTT") };
        // One and a half times what the client promises (MQTT 3.1.1, MQTT-3.1.2-24); 0 promises nothing.
        let silence = match connect.keep_alive {
            0 => Duration::MAX,
            seconds => Duration::from_secs(seconds.into()) * 3 / 2,
        };
        Ok((Self { packets, silence, filters: Vec::new() }, connect.login))
    }

    /// Lets the client in, or says why not.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn answer(&mut self, code: ConnectReturnCode) -> Result<()> {
        Ok(self.packets.send(Packet::ConnAck(ConnAck::new(code, false))).await?)
    }

    /// Serves the client until it leaves.
    ///
    /// # Errors
    /// When the connection breaks, or the client does what it may not.
    pub async fn run(&mut self, topics: &Topics) -> Result<()> {
        let mut messages = topics.0.subscribe();
        loop {
            tokio::select! {
                packet = timeout(self.silence, self.packets.next()) => {
                    let Some(packet) = packet.context("it fell silent")?.transpose()? else { return Ok(()) };
                    if packet == Packet::Disconnect {
                        return Ok(());
                    }
                    if let Some(answer) = self.take(packet, topics)? {
                        self.packets.send(answer).await?;
                    }
                }
                message = messages.recv() => match message {
                    Ok(message) => self.deliver(message).await?,
                    // What was missed is lost, as everything may be that is delivered at most once.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Ok(()),
                },
            }
        }
    }

    async fn deliver(&mut self, message: Publish) -> Result<()> {
        if self.filters.iter().any(|filter| matches(&message.topic, filter)) {
            self.packets.send(Packet::Publish(message)).await?;
        }
        Ok(())
    }

    /// Does what a packet asks for; answers the packet to send back.
    fn take(&mut self, packet: Packet, topics: &Topics) -> Result<Option<Packet>> {
        Ok(match packet {
            Packet::PingReq => Some(Packet::PingResp),
            Packet::Publish(message) => publish(message, topics)?,
            Packet::Subscribe(subscribe) => Some(self.subscribe(subscribe)),
            Packet::Unsubscribe(unsubscribe) => {
                self.filters.retain(|filter| !unsubscribe.topics.contains(filter));
                Some(Packet::UnsubAck(UnsubAck { pkid: unsubscribe.pkid }))
            }
            _ => bail!("it sends what a client may not send now"),
        })
    }

    fn subscribe(&mut self, subscribe: Subscribe) -> Packet {
        let mut codes = Vec::new();
        for filter in subscribe.filters {
            let taken = valid_filter(&filter.path) && self.filters.len() < FILTERS;
            codes.push(match taken {
                true => SubscribeReasonCode::Success(QoS::AtMostOnce),
                false => SubscribeReasonCode::Failure,
            });
            self.filters.extend(taken.then_some(filter.path));
        }
        Packet::SubAck(SubAck::new(subscribe.pkid, codes))
    }
}

fn publish(message: Publish, topics: &Topics) -> Result<Option<Packet>> {
    let answer = match message.qos {
        QoS::AtMostOnce => None,
        QoS::AtLeastOnce => Some(Packet::PubAck(PubAck::new(message.pkid))),
        QoS::ExactlyOnce => bail!("it publishes with QoS 2, which this service doesn't have"),
    };
    if !valid_topic(&message.topic) {
        bail!("it publishes to a topic with wildcards");
    }
    // It fails when nobody is connected.
    let _ = topics.0.send(Publish { qos: QoS::AtMostOnce, pkid: 0, dup: false, retain: false, ..message });
    Ok(answer)
}
