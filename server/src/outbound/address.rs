//! Which addresses may be called: public ones, those that are allowed, and some never.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

/// A network: an address, or several as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

/// The text is no network.
#[derive(Debug, thiserror::Error)]
#[error("must be an address or a network such as 10.0.0.0/8")]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let address = || text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
        text.parse::<IpNet>().or_else(|_| address()).map(Self).map_err(|_| NoNetwork)
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        text.parse()
    }
}

impl Network {
    /// Whether the address is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.0.to_string()
    }
}

const fn v4(octets: [u8; 4], prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3]), prefix))
}

const fn v6(address: Ipv6Addr, prefix: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(address, prefix))
}

const fn v6_net(first: u16, second: u16, prefix: u8) -> IpNet {
    v6(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), prefix)
}

/// Never called, whatever is allowed: nothing there is a server that was meant, and link-local addresses (RFC 3927,
/// RFC 4291 section 2.5.6) lead to the metadata of cloud machines, keys included. The single ones do so too, outside
/// of the link-local networks.
const NEVER: [IpNet; 13] = [
    v4([0, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
    v6_net(0xfe80, 0, 10),
    v6_net(0xff00, 0, 8),
    // Alibaba Cloud, Azure, Oracle Cloud.
    v4([100, 100, 100, 200], 32),
    v4([168, 63, 129, 16], 32),
    v4([192, 0, 0, 192], 32),
    v6(Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe), 128),
    // AWS, Google Cloud, Scaleway.
    v6_net(0xfd00, 0xec2, 32),
    v6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128),
    v6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42), 128),
];

/// Not public (RFC 6890 and its registry): called only if allowed.
const PRIVATE: [IpNet; 13] = [
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v6_net(0x2001, 0, 23),
    v6_net(0x2001, 0xdb8, 32),
    v6_net(0x3fff, 0, 20),
];

/// Public addresses of IPv6 are here (RFC 4291 section 2.4); loopback and unique local ones are not.
const GLOBAL_UNICAST: IpNet = v6_net(0x2000, 0, 3);

/// Which addresses may be called.
#[derive(Debug)]
pub(super) struct Addresses {
    allow: Vec<Network>,
}

impl Addresses {
    pub(super) const fn new(allow: Vec<Network>) -> Self {
        Self { allow }
    }

    /// Whether the address may be called.
    pub(super) fn permit(&self, address: IpAddr) -> bool {
        let address = meant(address);
        let is_in = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
        let public = !is_in(&PRIVATE) && (address.is_ipv4() || GLOBAL_UNICAST.contains(&address));
        !is_in(&NEVER) && (public || self.allow.iter().any(|network| network.0.contains(&address)))
    }
}

/// The address that a packet reaches: the IPv4 address where one stands in an IPv6 address (mapped and compatible, RFC
/// 4291 section 2.5.5; NAT64, RFC 6052; 6to4, RFC 3056).
fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let v4 = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => address,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        _ => address,
    }
}
