"""The tree and its proofs, against published vectors and against another implementation (SEC-AL9)."""

import base64
import json
from pathlib import Path

import aics_tlog as tlog
import pytest

from audit import verifier
from audit.tree import Tree
from tests.audit.sequenced import grown

pytestmark = [pytest.mark.django_db, pytest.mark.sec("SEC-AL9")]

# The tree of RFC 6962's reference implementation (certificate-transparency, merkletree tests): leaves and roots.
RFC_LEAVES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
RFC_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# Sizes round the edges of tiles, and one with a full tile of the second level.
SIZES = [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 700, 65_535, 65_536, 65_537, 66_000]


# All published vectors of the proofs of RFC 6962 and RFC 9162, those to refuse too: github.com/transparency-dev/merkle,
# testdata/inclusion and testdata/consistency at 417fb0c, a vector a line (Apache-2.0). One of those to accept has the
# words "don't care 2" for roots: here roots have 32 bytes, and it is asked with their hash instead.
WORDS_FOR_ROOTS = "consistency/additional/sizes-are-equal-one-and-proof-is-empty"
VECTORS = {
    one["name"]: one
    for one in map(
        json.loads, (Path(__file__).parent / "vectors/proofs.jsonl").read_text(encoding="utf-8").splitlines()
    )
}


@pytest.fixture(scope="module")
def leaves() -> list[bytes]:
    return [b"leaf %d" % number for number in range(66_000)]


@pytest.fixture(scope="module")
def theirs(leaves) -> tlog.MerkleTree:
    return tlog.MerkleTree(leaves)


def test_the_roots_are_those_of_the_published_vectors():
    tree = grown([verifier.leaf_hash(one) for one in RFC_LEAVES])

    assert [tree.root(size).hex() for size in range(1, 9)] == RFC_ROOTS


def holds(vector: dict) -> bool:
    """What the verifier says of a vector, whose missing values are empty."""
    path = [base64.b64decode(one) for one in vector["proof"] or ()]
    one, other, *roots = (
        base64.b64decode(vector.get(name) or "") for name in ("leafHash", "root", "root1", "root2")
    )
    if "leafHash" in vector:
        return verifier.inclusion_holds(one, vector["leafIdx"], vector["treeSize"], path, other)
    return verifier.consistency_holds(vector["size1"], vector["size2"], *roots, path)


@pytest.mark.sec("SEC-AL27")
def test_the_verifier_says_of_each_published_vector_what_was_published():
    said = {name: holds(one) for name, one in VECTORS.items()}
    words = VECTORS[WORDS_FOR_ROOTS]
    root = base64.b64encode(verifier.leaf_hash(words["root1"].encode())).decode()

    assert not said[WORDS_FOR_ROOTS]
    said[WORDS_FOR_ROOTS] = holds(words | {"root1": root, "root2": root})
    assert said == {name: not one["wantErr"] for name, one in VECTORS.items()}
    assert (len(said), sum(said.values())) == (196, 12)


@pytest.mark.sec("SEC-AL27")
def test_hashes_have_32_bytes():
    leaf, root = verifier.leaf_hash(b"a"), verifier.node_hash(verifier.leaf_hash(b"a"), bytes(32))

    assert verifier.inclusion_holds(leaf, 0, 2, [bytes(32)], root)
    assert not verifier.inclusion_holds(leaf[:31], 0, 1, [], leaf[:31])
    assert not verifier.inclusion_holds(leaf, 0, 2, [bytes(33)], verifier.node_hash(leaf, bytes(33)))
    assert not verifier.consistency_holds(1, 1, leaf[:31], leaf[:31], [])
    assert not verifier.consistency_holds(0, 1, verifier.NOTHING, b"", [])
    assert not verifier.inclusion_holds(leaf, 0, 0, [], verifier.NOTHING)
    assert not verifier.consistency_holds(0, 0, bytes(32), bytes(32), [])


def test_the_root_of_nothing_is_that_of_no_bytes():
    assert Tree(1, 0).root(0).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.slow("grows a tree of 66,000 leaves, past the second level of tiles")
def test_roots_and_proofs_are_those_of_another_implementation(leaves, theirs):
    tree = grown([verifier.leaf_hash(one) for one in leaves])

    for size in SIZES:
        assert tree.root(size) == theirs.root(size)
        for index in {0, 1, size // 2, size - 1} & set(range(size)):
            path = tree.inclusion(index, size)
            assert path == theirs.inclusion_proof(index, size)
            assert tlog.verify_leaf_inclusion(leaves[index], index, size, path, theirs.root(size))
        for first in [one for one in SIZES if one < size]:
            path = tree.consistency(first, size)
            assert path == theirs.consistency_proof(first, size)
            assert tlog.verify_consistency(first, size, theirs.root(first), theirs.root(size), path)


def test_a_tree_that_grows_bit_by_bit_is_the_same(leaves, theirs):
    for start, end in [(0, 1), (1, 255), (255, 258), (258, 512), (512, 1_000)]:
        grown([verifier.leaf_hash(one) for one in leaves[start:end]])

    assert Tree.of(1).root(1_000) == theirs.root(1_000)


SMALL = [b"leaf %d" % number for number in range(40)]


def test_the_verifier_believes_a_true_proof_and_no_other():
    """Each place in each tree up to forty leaves, and each step of each proof gone, doubled or changed."""
    tree = tlog.MerkleTree(SMALL)
    for size in range(1, 41):
        root = tree.root(size)
        for index in range(size):
            leaf, path = verifier.leaf_hash(SMALL[index]), tree.inclusion_proof(index, size)
            assert verifier.inclusion_holds(leaf, index, size, path, root)
            assert not verifier.inclusion_holds(verifier.leaf_hash(b"other"), index, size, path, root)
            assert not verifier.inclusion_holds(leaf, index + 1, size, path, root)
            assert not verifier.inclusion_holds(leaf, index, size, [*path, root], root)
            assert not any(
                verifier.inclusion_holds(leaf, index, size, path[:at] + path[at + 1 :], root)
                for at in range(len(path))
            )


def test_the_verifier_believes_true_consistency_and_no_other():
    tree = tlog.MerkleTree(SMALL)
    for second in range(1, 41):
        for first in range(1, second + 1):
            old, new, path = tree.root(first), tree.root(second), tree.consistency_proof(first, second)
            assert verifier.consistency_holds(first, second, old, new, path)
            assert not verifier.consistency_holds(first, second, bytes(32), new, path)
            assert not verifier.consistency_holds(first, second, old, bytes(32), path)
            assert not verifier.consistency_holds(first, second, old, new, [*path, old])
            if first < second:
                assert not verifier.consistency_holds(second, first, new, old, path)
                assert not any(
                    verifier.consistency_holds(first, second, old, new, path[:at] + path[at + 1 :])
                    for at in range(len(path))
                )


def test_from_nothing_any_tree_may_grow():
    nothing = verifier.fold([])

    assert verifier.consistency_holds(0, 5, nothing, bytes(32), [])
    assert not verifier.consistency_holds(0, 5, bytes(32), bytes(32), [])
    assert not verifier.consistency_holds(0, 5, nothing, bytes(32), [bytes(32)])
