//! HTTP/1: which bytes of a connection are messages, however they come (RFC 9112).

use super::messages::{every_beginning, every_cut, only, End, Found};

fn cut(stream: &str) -> Found {
    every_cut("http", stream.as_bytes())
}

/// The messages are these, and the stream goes on.
#[track_caller]
fn gives(stream: &str, messages: &[&str]) {
    let messages: Vec<&[u8]> = messages.iter().map(|message| message.as_bytes()).collect();
    assert_eq!(cut(stream), only(&messages));
    every_beginning("http", stream.as_bytes());
}

const GET: &str = "GET / HTTP/1.1\r\nHost: plc\r\n\r\n";

fn answer(fields: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n")
}

#[test]
fn heads_follow_each_other() {
    gives(&[GET, GET, GET].concat(), &[GET, GET, GET]);
}

#[test]
fn empty_lines_before_a_head_are_none_of_it() {
    gives(&["\r\n\n", GET, "\r\n", GET].concat(), &[GET, GET]);
}

#[test]
fn a_body_of_a_known_length_is_passed_over() {
    let head = answer("Content-Length: 300\r\nContent-Type: image/png\r\n");
    gives(&[&head, &"\0".repeat(300), &head, &"GET /".repeat(60), GET].concat(), &[&head, &head, GET]);
}

#[test]
fn a_body_of_no_bytes_is_none() {
    for fields in
        ["Content-Length: 0\r\nContent-Type: text/html\r\n", "content-length:0\r\n", "Content-Length: \r\n", "Content-Length: x\r\n"]
    {
        let head = answer(fields);
        gives(&[&head, GET].concat(), &[&head, GET]);
    }
}

#[test]
fn the_first_bytes_of_a_textual_body_are_part_of_the_message() {
    for kind in ["text/html", "application/JSON; charset=utf-8", "application/soap+xml", "application/x-www-form-urlencoded"] {
        let message = [&answer(&format!("Content-Type: {kind}\r\nCONTENT-LENGTH:  11 \r\n")), "hello world"].concat();
        gives(&[&message, GET].concat(), &[&message, GET]);
    }
}

#[test]
fn so_much_of_a_textual_body_is_read() {
    for (length, read) in [(4_096, 4_096), (4_097, 4_096)] {
        let head = answer(&format!("Content-Type: text/html\r\nContent-Length: {length}\r\n"));
        let body = "b".repeat(length);
        let stream = [&head, &body, GET].concat();
        let message = [&head, &body[..read]].concat();
        assert_eq!(cut(&stream), only(&[message.as_bytes(), GET.as_bytes()]), "{length}");
    }
}

#[test]
fn a_chunked_body_is_passed_over() {
    let head = answer("Transfer-Encoding: gzip, Chunked\r\nContent-Length: 5\r\n");
    let body = "5\r\nhello\r\n00A;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\nAnother: y\r\n\r\n";
    gives(&[&head, body, GET, &head, "0\r\n\r\n", GET].concat(), &[&head, GET, &head, GET]);
}

#[test]
fn some_answers_have_no_body_whatever_they_say() {
    for status in ["100 Continue", "103 Early Hints", "204 No Content", "304 Not Modified"] {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: 99\r\n\r\n");
        gives(&[&head, GET].concat(), &[&head, GET]);
    }
}

#[test]
fn a_request_without_a_length_has_no_body() {
    gives(&["POST / HTTP/1.1\r\n\r\n", GET].concat(), &["POST / HTTP/1.1\r\n\r\n", GET]);
}

#[test]
fn an_answer_without_a_length_goes_on_to_the_end() {
    for head in ["HTTP/1.0 200 OK\r\nServer: x\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"] {
        assert_eq!(cut(&[head, "anything", GET].concat()), only(&[head.as_bytes()]).then(End::Opaque));
    }
}

#[test]
fn a_length_that_cannot_be_is_passed_over_without_end() {
    for length in ["99999999999999999999999999", "18446744073709551615", "1099511627777"] {
        let head = answer(&format!("Content-Length: {length}\r\n"));
        assert_eq!(cut(&[&head, "rest", GET].concat()), only(&[head.as_bytes()]));
    }
    let head = answer("Transfer-Encoding: chunked\r\n");
    assert_eq!(cut(&[&head, "ffffffffffffffffffff\r\nrest", GET].concat()), only(&[head.as_bytes()]));
}

#[test]
fn what_says_that_another_protocol_goes_on_is_known() {
    let mut state = super::super::State::default();
    let mut last = |head: &str| {
        state = super::super::State::default();
        super::super::http::cut(&mut state, head.as_bytes());
        state.is_upgraded()
    };
    assert!(last("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    assert!(!last("HTTP/1.1 200 OK\r\n\r\n") && !last(GET));
}
