//! Every setting that means something to some models, given to every model: it is heeded, or the user is
//! told that it is not. (That those heeded have an effect: `limits.rs`, `conformance.rs`, `faults`.)

use serve::{Choice, MODELS, Model};

use crate::support::{Ran, run};

/// A value for each that is in its range: its default, where that is the same everywhere.
const fn value(choice: Choice) -> &'static str {
    match choice {
        Choice::Size => "4",
        Choice::Queue => "1024",
        Choice::Sharing => "listener",
        Choice::CpuWork => "inline",
        Choice::Connections | Choice::Workers => "4096",
        Choice::WhenFull => "wait",
    }
}

/// A server that ends at once: what it is asked for last cannot be.
fn serve(model: &Model, flags: &[&str]) -> Ran {
    let args = ["serve", "echo", "-p", "0", "-m", model.name];
    let last = ["--summary-file", "/nonexistent/x"];
    let ran = run(&[&args[..], flags, &last].concat());
    assert_eq!(ran.status, Some(3), "{flags:?}: {}", ran.stderr);
    assert!(ran.stderr.contains("/nonexistent/x"), "{}", ran.stderr);
    ran
}

#[test]
fn every_choice_is_listed() {
    for model in MODELS {
        for choice in model.choices {
            assert!(Choice::ALL.contains(choice), "{choice:?}");
        }
    }
    for choice in Choice::ALL {
        let heed = MODELS
            .iter()
            .filter(|model| model.choices.contains(&choice));
        let heed = heed.count();
        assert!(heed > 0 && heed < MODELS.len(), "{choice:?}: {heed}");
    }
}

#[test]
fn a_server_says_of_each_choice_whether_its_model_heeds_it() {
    for model in MODELS {
        let ran = serve(model, &[]);
        assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
        for choice in Choice::ALL {
            let ran = serve(model, &[choice.flag(), value(choice)]);
            let warning = format!(
                "warning: {}: without effect on {};",
                choice.flag(),
                model.name
            );
            let is_heeded = model.choices.contains(&choice);
            assert_eq!(ran.stderr.contains(&warning), !is_heeded, "{}", ran.stderr);
            assert_eq!(ran.stderr.contains("warning"), !is_heeded, "{}", ran.stderr);
        }
    }
}

/// The choices of a model in a benchmark are those of its workers; limits are the benchmark's to set.
#[test]
fn a_benchmark_refuses_each_choice_that_its_model_does_not_heed() {
    for model in MODELS {
        for choice in Choice::ALL {
            let key = choice.flag().trim_start_matches("--");
            let subject = format!("{}:{key}={}", model.name, value(choice));
            // What is looked up last cannot be found.
            let ran = run(&["bench", "-m", &subject, "-s", "quake"]);
            assert_eq!(ran.status, Some(3), "{subject}: {}", ran.stderr);
            let expected = match choice {
                Choice::Connections | Choice::Workers | Choice::WhenFull => {
                    format!("`{subject}`: the choices that there are: size, queue,")
                }
                _ if model.choices.contains(&choice) => "unknown service `quake`".to_owned(),
                _ => format!("{} means nothing to {};", choice.flag(), model.name),
            };
            assert!(ran.stderr.contains(&expected), "{subject}: {}", ran.stderr);
        }
    }
}
